/** Group and version of every kind here. */
export const apiVersion = 'mcpruntime.org/v1alpha1'
