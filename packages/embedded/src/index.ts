export {
  createEmbeddedClickHouse,
  type EmbeddedClickHouse,
  type EmbeddedClickHouseOptions,
} from './clickhouse.ts'
export { EmbeddedError, type EmbeddedErrorCode, embeddedErrorCodes } from './errors.ts'
