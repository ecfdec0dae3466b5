/**
 * Who decides, and by which rules: the number goes up when the same document, call and instant may get another verdict than
 * before, so that a record says what would have to be run to understand it.
 */
export const evaluator = 'mcp-sentinel-policy/1'
