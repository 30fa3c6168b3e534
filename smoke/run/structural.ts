import { cloneTask, type Phase } from './phase.ts'

/** What the contract says against the document that the API serves of it. */
const contractDocument = 'tests/services/api/openapi.test.ts'

/** Of the walk through the contract the part that spoils each field of each operation. */
export const contractFields = {
  file: 'tests/services/api/contract-walk.test.ts',
  named: 'every field of it is held to its form',
} as const

/** All at once, for none has work for every core all the time. All are over before what is wrong is told. */
export async function structural(phase: Phase): Promise<void> {
  const ended = await Promise.allSettled([
    cloneTask(phase, ['--keep-going', 'check', '--code']),
    cloneTask(phase, ['test', contractDocument]),
    cloneTask(phase, ['test', contractFields.file], { env: { TAP_GREP: `/${contractFields.named}/` } }),
  ])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
