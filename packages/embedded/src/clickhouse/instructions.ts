import type { EmbeddedErrorCode } from '../errors.ts'
import type { Passwords } from './users.ts'

/** What the child is told over its channel, and nowhere else: a command line or a file would show the passwords. */
export interface Instructions {
  readonly dataDirectory: string
  /** 0 takes any that is free. */
  readonly port: number
  readonly memoryBytesMax: number
  readonly bodyBytesMax: number
  readonly passwords: Passwords
}

/** What the child says, once. */
export type Announcement =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'failed'; readonly code: EmbeddedErrorCode; readonly message: string }
