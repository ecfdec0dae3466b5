export type { Answer, Body, Exchange } from './exchange.ts'
export type { Identified, Identify, Known, Unidentified } from './identify.ts'
export type { PolicySource, PolicyStatus } from './policy-source.ts'
export type { Intent, Recorder } from './recorder.ts'
