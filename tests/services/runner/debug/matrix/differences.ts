import type { LanguageName } from './languages.ts'
import type { ScenarioName } from './scenarios.ts'

/** What a debugger does not have, or cannot do, and why. Everything else holds for all of them. */
export const differences: Readonly<Record<LanguageName, { readonly [Name in ScenarioName]?: string }>> = {
  debugpy: { data: 'Python has no hardware breakpoints for variables' },
  gdb: {},
  'lldb-dap': {},
  rust: {},
  node: {
    data: 'V8 watches no variables',
    functions: 'V8 knows no functions by their names alone',
    threads: 'a worker of Node goes on while another thread stands',
  },
  delve: { data: 'delve 1.20 has them on its command line alone' },
}
