const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Postgres answers anything else with an error of its own; for us it names nobody. */
export const isUuid = (text: string): boolean => pattern.test(text)
