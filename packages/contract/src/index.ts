export { type ApiCode, apiCodes, commonCodes } from './codes.ts'
export {
  type Access,
  type BodyOf,
  type Endpoint,
  type ParamsOf,
  paramNamesOf,
  type QueryOf,
  type RequestOf,
  type ResponseOf,
} from './endpoint.ts'
export { type Endpoints, endpoints, type Groups } from './endpoints.ts'
export { type ApiProblem, type Issue, issue, problem } from './problem.ts'
