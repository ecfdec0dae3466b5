const encoder = new TextEncoder()

/** A document as it is written down, and as its bytes are counted. */
export const textOf = (document: object): string => JSON.stringify(document, undefined, 2)

export const bytesOf = (text: string): number => encoder.encode(text).length

/** No fewer bytes than an entry of a list adds to a document. */
export const entryBytes = (entry: object): number => bytesOf(textOf({ list: [entry] }))
