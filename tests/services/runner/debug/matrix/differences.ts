import type { LanguageName } from './languages.ts'
import type { ScenarioName } from './scenarios.ts'

/** What a debugger does not have, or cannot do, and why. Everything else holds for all of them. */
export const differences: Readonly<Record<LanguageName, { readonly [Name in ScenarioName]?: string }>> = {
  debugpy: {
    byInstruction: 'debugpy goes on by lines alone',
    core: 'Python leaves no core dumps of its own',
    data: 'Python has no hardware breakpoints for variables',
    execs: 'debugpy does not follow a program that replaces itself',
    instructions: 'debugpy shows no byte code',
    memory: 'debugpy reads no memory',
  },
  gdb: {},
  'lldb-dap': {
    byInstruction: 'lldb-dap 19 has no such steps',
    caught: 'lldb steps over what longjmp leaves as over what returns',
    memory: 'lldb-dap 19 reads it by commands of lldb alone',
  },
  rust: {
    byInstruction: 'lldb-dap 19 has no such steps',
    caught: 'lldb steps over what a panic leaves as over what returns',
    memory: 'lldb-dap 19 reads it by commands of lldb alone',
  },
  node: {
    byInstruction: 'the inspector goes on by statements alone',
    core: 'Node.js leaves no core dumps of its own',
    data: 'V8 watches no variables',
    instructions: 'the inspector shows no machine code',
    memory: 'the inspector reads no memory',
    threads: 'a worker of Node goes on while another thread stands',
  },
  delve: {
    caught: 'delve steps from what recovers into the runtime of Go',
    data: 'delve 1.20 has them on its command line alone',
    execs: 'delve does not follow a program that replaces itself',
    memory: 'delve 1.20 reads it on its command line alone',
  },
}
