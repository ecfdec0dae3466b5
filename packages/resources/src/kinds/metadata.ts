import { z } from 'zod'
import { labelName, list, objectName, text } from './fields.ts'
import { annotations, labels } from './marks.ts'

export const apiVersion = 'mcpruntime.org/v1alpha1'
/** Where Kubernetes puts what names no namespace. */
export const defaultNamespace = 'default'

const count = z.int('expected a whole number').min(0, 'cannot be negative').optional()

/** What Kubernetes keeps about an object: all of it is read, so that what `kubectl get -o yaml` gives is accepted. */
const metadataOf = <N extends z.ZodType>(name: N) =>
  z.strictObject({
    name,
    namespace: labelName.optional(),
    labels,
    annotations,
    /** Of the store: which state of the object this is. */
    resourceVersion: text(253).optional(),
    uid: text(253).optional(),
    generation: count,
    creationTimestamp: text(64).nullish(),
    deletionTimestamp: text(64).nullish(),
    deletionGracePeriodSeconds: count,
    finalizers: list(text(), 64),
    ownerReferences: list(z.looseObject({}), 64),
    managedFields: list(z.looseObject({}), 1024),
    generateName: text(253).optional(),
    selfLink: text().optional(),
  })

export const metadata = metadataOf(objectName)
export const serverMetadata = metadataOf(labelName)
