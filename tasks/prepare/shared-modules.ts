/**
 * Modules of which there must be one in a process, although the prepared program and the tasks both need them. The
 * program leaves them out and imports them from their sources, as tasks do. tests/tasks/prepare/shared-modules.test.ts
 * finds what is missing here.
 */
export const sharedModules: readonly { readonly path: string; readonly reason: string }[] = [
  { path: 'lib/user-error.ts', reason: 'tasks throw UserError, the command line asks for it by instanceof' },
  { path: 'tasks/engine/task.ts', reason: 'Taskfiles import it in any case' },
  {
    path: 'tasks/engine/command-error.ts',
    reason: 'the engine throws CommandError, tasks ask for it by instanceof',
  },
]

/** Modules that look as if there had to be one of them, and why two do no harm. */
export const harmlessTwice: readonly { readonly path: string; readonly reason: string }[] = [
  { path: 'lib/processes/process-table.ts', reason: 'what it remembers is the same for the whole machine' },
  {
    path: 'lib/processes/process-scope.ts',
    reason: 'a scope takes in what one within it starts, of whichever copy that is, by a public method',
  },
  { path: 'lib/processes/process-view.ts', reason: 'moments are compared within one copy only' },
  {
    path: 'lib/processes/pid-sequence.ts',
    reason: 'who was started by the other copy is looked at instead of known',
  },
  { path: 'lib/processes/reapers.ts', reason: 'what it found is found twice' },
  { path: 'lib/processes/unique-id.ts', reason: 'each has a random prefix of its own' },
  { path: 'tasks/engine/lines.ts', reason: 'who makes a LineSplitter keeps it' },
]

/** Packages small enough to be part of the program. Any other stays where it is, and is imported when it is needed. */
export const bundledPackages: readonly string[] = ['leven']
