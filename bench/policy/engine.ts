export interface Rule {
  readonly agent: string
  readonly tool: string
}

/** An engine that holds rules and is asked, as quickly as it documents, about prepared calls. */
export interface Engine<Call> {
  readonly name: string
  readonly callOf: (rule: Rule) => Call
  readonly allows: (call: Call) => boolean
}
