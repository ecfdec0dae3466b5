export { type CompiledPolicy, compile } from './compile.ts'
export { evaluate } from './evaluate.ts'
export { evaluator } from './evaluator.ts'
export type {
  Audit,
  Auth,
  Caller,
  Condition,
  Config,
  Decision,
  Governed,
  Grant,
  Named,
  PolicyDocument,
  PolicyRequest,
  RecordedParts,
  RecordedValue,
  RiskLevel,
  Rule,
  RuleDecision,
  Scalar,
  Server,
  Session,
  SessionConfig,
  SideEffect,
  Subject,
  Tool,
  Trust,
} from './model.ts'
export { type EvaluatorReason, evaluatorReasons, gatewayReasons, type Reason, reasons } from './reasons.ts'
export { sessionOf } from './session.ts'
