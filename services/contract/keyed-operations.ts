import { type Contract, contract, type OperationName, operationNames } from './contract.ts'
import type { Operation } from './operation.ts'

/**
 * Operations that make something for a caller who is known: each takes an idempotency key
 * (draft-ietf-httpapi-idempotency-key-header), by which it is done once, however often it is asked for.
 */
export type KeyedName = {
  [N in OperationName]: Contract[N] extends { status: 201; answer: 'json' }
    ? Contract[N]['access'] extends 'public'
      ? never
      : N
    : never
}[OperationName]

export const takesKey = ({ status, access }: Operation): boolean => status === 201 && access !== 'public'

export const isKeyed = (name: OperationName): name is KeyedName => takesKey(contract[name])

export const keyedNames: readonly KeyedName[] = operationNames.filter(isKeyed)

/** What a key may be. */
export const keyPattern = /^[\x20-\x7e]{1,255}$/
