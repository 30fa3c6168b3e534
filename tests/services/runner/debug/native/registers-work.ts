import { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import { hasDebugRegisters } from '../../../../../services/runner/debug/native/debug-registers.ts'

/** Whether debug registers have an effect on this machine, as the runner finds out. */
export async function registersWork(): Promise<boolean> {
  await using scope = new ProcessScope({ graceMs: 0 })
  return await hasDebugRegisters(scope)
}
