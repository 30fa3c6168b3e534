import { smokeTask } from './smoke-task.ts'

export const smoke = smokeTask({ stages: import.meta.resolve('../../smoke/stages/stages.ts') })
