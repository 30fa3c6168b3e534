import type { UserId } from '../contract/ids.ts'

/** That a request has made something: see `idempotency-key.ts`. */
export type IdempotencyKeyRow = {
  user_id: UserId
  /** The name of an operation. */
  operation: string
  key_sha256: string
  /** HMAC-SHA-256 of the input, under the key. */
  input_mac: string
  /** What was made, by its ids. */
  made_json: string
  created_at: string
}
