import { contract, type OperationName, operationNames } from './contract.ts'

/**
 * What can be updated has versions: who reads it, or has changed it, is told which one that is (`ETag`), and an update may
 * ask to be done to that one only (`If-Match`). It can be updated where the contract has a PATCH at its path.
 */
export const isUpdate = (name: OperationName): boolean => contract[name].method === 'PATCH'

const updated = new Set<string>(operationNames.filter(isUpdate).map(name => contract[name].path))

/** Whether an operation answers with something that has versions. */
export const tellsVersion = (name: OperationName): boolean =>
  isUpdate(name) || (contract[name].method === 'GET' && updated.has(contract[name].path))
