import { z } from 'zod'
import type { Execution } from './execution.ts'
import { gdbFrameSchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'
import { miWord } from './mi-words.ts'
import { type Launch, launchCommands } from './start-commands.ts'

/**
 * What is debugged: a program that is started, a process that runs already, or what one has left. `wake`: it was stopped by a
 * SIGSTOP for that, which this takes back.
 */
export type Target = { readonly stopOnEntry: boolean } & (
  | ({ readonly kind: 'launch' } & Launch)
  | {
      readonly kind: 'attach'
      readonly pid: number
      readonly program: string
      readonly wake?: () => Promise<void>
    }
  | { readonly kind: 'core'; readonly program: string; readonly core: string }
)

/** Has gdb know of it, so that breakpoints can be set. Rejects with a MiRefusal that says what is wrong. */
export async function prepare(gdb: MiClient, execution: Execution, target: Target): Promise<void> {
  switch (target.kind) {
    case 'launch':
      await all(launchCommands(target).map(command => gdb.tell(command)))
      return
    case 'attach':
      execution.attaching()
      await gdb.tell(`-target-attach ${target.pid}`)
      await execution.standing
      await target.wake?.()
      return
    case 'core':
      await gdb.tell(`-file-exec-and-symbols ${miWord(target.program)}`)
      return
  }
}

/** Everything has been told where to stop: lets it run. */
export async function begin(gdb: MiClient, execution: Execution, target: Target): Promise<void> {
  switch (target.kind) {
    case 'launch':
      return execution.run(target)
    case 'attach':
      return execution.attached(target)
    case 'core':
      return open(gdb, execution, target.core)
  }
}

/** gdb says in words which signal it was. */
async function open(gdb: MiClient, execution: Execution, core: string): Promise<void> {
  const [words, { frame }, { thread }] = await Promise.all([
    // The rest of the line is the path, as it is.
    gdb.listen(`-target-select core ${core}`),
    gdb.ask('-stack-info-frame', innermostSchema),
    gdb.ask('-thread-info', currentSchema),
  ])
  const [, name, meaning] = /^Program terminated with signal (\w+), (.*)\.$/m.exec(words) ?? []
  execution.seen({
    reason: 'signal-received',
    'signal-name': name ?? 'core dump',
    'signal-meaning': meaning ?? 'no signal has ended the process',
    'thread-id': thread,
    frame,
  })
}

const innermostSchema = z.object({ frame: gdbFrameSchema })
const currentSchema = z
  .object({ 'current-thread-id': z.coerce.number().int().default(1) })
  .transform(answer => ({ thread: answer['current-thread-id'] }))

async function all(asked: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(asked)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
