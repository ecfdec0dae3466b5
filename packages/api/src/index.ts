export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type PoolOptions,
  type Tables,
} from './database.ts'
export { AccountError, type AccountErrorCode, type AccountErrorOptions, accountErrorCodes } from './errors.ts'
export {
  argon2Parameters,
  createPasswords,
  type Passwords,
  type PasswordsOptions,
  passwordCharsMax,
  passwordCharsMin,
  type Verdict,
} from './passwords.ts'
