import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { debuggeeLine } from '../../../../../services/contract/debug-request.ts'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { processesOf } from '../../../../../services/runner/debug/attach/session-processes.ts'
import { getCommand } from '../../../../../services/store/commands.ts'
import { until } from '../../../../until.ts'
import type { Ground } from './ground.ts'
import type { Scenario } from './scenario.ts'

/** One of the program's scenarios, run as any command is. */
export async function runs(ground: Ground, scenario: string): Promise<CommandId> {
  const { language, program } = ground
  const { engine } = language
  const [first = '', ...words] = debuggeeLine({
    ...{ program, interpreter: null, engines: [engine], arguments: [scenario] },
    ...{ breakpoints: [], stop_on_entry: false, exceptions: 'uncaught' },
  })
  const line =
    program.kind === 'go'
      ? [`./${program.path}`, scenario]
      : [program.kind === 'binary' ? `./${first}` : first, ...words]
  return ground.rig.queue(ground.session, line)
}

/** The process that a command is, once it is there. */
export const processOf = (id: CommandId) =>
  until(`a process of ${id}`, () => processesOf([{ id, debuggee: 0 }])[0])

/** Attaches to the process of a command that runs. */
export async function launchAt(
  ground: Ground,
  command: CommandId,
  more: Parameters<Ground['launch']>[1] = {},
) {
  const { pid } = await processOf(command)
  return ground.launch('', { program: { kind: 'process', pid, command }, arguments: [], ...more })
}

/** The same, and waits for its first stop. */
export async function attach(...asked: Parameters<typeof launchAt>) {
  const launched = await launchAt(...asked)
  return { ...launched, at: await asked[0].state(launched, 'debug.status') }
}

/** A debugger comes to a program that runs, stops it, and goes again; the program knows nothing of that. */
export async function attachAndLetGo(ground: Ground): Promise<void> {
  const command = await runs(ground, 'spin')
  await ground.rig.printed(ground.session.id, command, 'spins\n')
  const debug = await attach(ground, command, { breakpoints: [ground.at('spin')] })
  standsAtSpin(ground, debug.at)
  assert.match((await ground.evaluate(debug, 'turns')).value, /^\d+$/)
  assert.equal((await ground.state(debug, 'debug.next')).stop?.reason, 'step')
  await ground.answer(debug, 'debug.break', { clear: true })
  assert.equal((await ground.state(debug, 'debug.continue', { wait: 0 })).status, 'running')
  const paused = await ground.state(debug, 'debug.pause')
  assert.equal(paused.stop?.reason, 'pause', JSON.stringify(paused))
  await ground.state(debug, 'debug.continue', { wait: 0 })
  await letGo(ground, debug, command)
  // Once more, and let go of while it stands.
  const again = await attach(ground, command, { breakpoints: [ground.at('spin')] })
  standsAtSpin(ground, again.at)
  await letGo(ground, again, command)
  assert.equal((await getCommand(ground.rig.store, command))?.status, 'running')
}

function standsAtSpin({ language, line }: Ground, { stop, end }: DebugSession): void {
  const frame = stop?.frame
  assert.deepEqual(
    { end, reason: stop?.reason, function: frame?.name, file: frame?.file, line: frame?.line },
    {
      end: null,
      reason: 'breakpoint',
      function: language.named('spin'),
      file: language.file,
      line: line('spin'),
    },
  )
}

async function letGo(
  ground: Ground,
  debug: Parameters<Ground['state']>[0],
  command: CommandId,
): Promise<void> {
  const { end } = await ground.state(debug, 'debug.terminate')
  assert.deepEqual({ reason: end?.reason, code: end?.exit_code }, { reason: 'detached', code: null })
  await goesOn(command)
}

/** It uses the processor: nothing has frozen or killed it. */
export async function goesOn(command: CommandId): Promise<void> {
  const { hostPid, traced } = await processOf(command)
  assert.equal(traced, false)
  const before = ticks(hostPid)
  await until(`${command} to go on`, () => ticks(hostPid) > before + 2)
}

/** What it has used of processors. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
  return Number(fields[11])
}

export const attachScenarios = {
  attach: { title: 'comes to a program that runs, and goes again', holds: attachAndLetGo },
} satisfies Record<string, Scenario>
