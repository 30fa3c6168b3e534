import { cloneTask, type Phase } from './phase.ts'

/** Those of `check --code` that look at sources and docs. */
export const gates = ['lint', 'types', 'rules', 'docs']

/**
 * Of its guides those that need little. Left out is what starts a server of its own, beside that of the run.
 */
export const guides = {
  access: 'tests/client/access-guide.test.ts',
  tasks: 'tests/tasks/reporters/page.test.ts',
} as const

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
    cloneTask(phase, ['--keep-going', ...gates]),
    cloneTask(phase, ['test', contractDocument, ...Object.values(guides)]),
    cloneTask(phase, ['test', contractFields.file], { env: { TAP_GREP: `/${contractFields.named}/` } }),
  ])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
