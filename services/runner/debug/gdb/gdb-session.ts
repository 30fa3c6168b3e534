import type { BridgeTells } from '../bridge.ts'
import { BreakpointTable } from './breakpoint-table.ts'
import { Breakpoints } from './breakpoints.ts'
import { CallTracer } from './call-tracer.ts'
import type { Channel } from './channel.ts'
import { Execution } from './execution.ts'
import { Logpoints } from './logpoints.ts'
import { bkptNoticeSchema, groupStartedSchema } from './mi-answers.ts'
import { MiClient } from './mi-client.ts'
import type { MiRecord, MiTuple } from './mi-record.ts'
import { foregroundCommand, settings } from './start-commands.ts'
import type { Target } from './target.ts'
import { Variables } from './variables.ts'

type Options = BridgeTells & {
  readonly target: Target
  readonly python: boolean
  readonly hasDebugRegisters: () => Promise<boolean>
}

/** One gdb that is there, and what is known of it. What it says by itself is handed to whoever it concerns. */
export class GdbSession {
  readonly gdb: MiClient
  readonly target: Target
  readonly table: BreakpointTable
  readonly breakpoints: Breakpoints
  readonly variables: Variables
  readonly execution: Execution
  readonly channel: Channel
  readonly calls: CallTracer
  readonly #logpoints: Logpoints
  readonly #event: BridgeTells['event']

  constructor(channel: Channel, { target, python, hasDebugRegisters, event, closed }: Options) {
    this.channel = channel
    this.target = target
    this.#event = event
    this.gdb = new MiClient(channel.output, channel.input, { record: record => this.#heard(record), closed })
    this.table = new BreakpointTable(breakpoint => event('breakpoint', { reason: 'changed', breakpoint }))
    this.#logpoints = new Logpoints(this.gdb, (_, text) =>
      event('output', { category: 'console', output: `${text}\n` }),
    )
    this.calls = new CallTracer(this.gdb, event)
    this.breakpoints = new Breakpoints(this.gdb, this.table, this.#logpoints, hasDebugRegisters)
    this.variables = new Variables(this.gdb)
    this.execution = new Execution(
      this.gdb,
      { table: this.table, breakpoints: this.breakpoints, variables: this.variables },
      { event, ended: ({ exitCode }) => channel.leave(exitCode) },
      python ? pythonSignal : shellSignal,
    )
    const input = target.kind === 'launch' ? target.descriptors?.input : undefined
    const forTerminal = python && input !== undefined ? [foregroundCommand(input)] : []
    for (const command of [...settings, ...forTerminal]) this.gdb.tell(command).catch(() => undefined)
  }

  #heard(record: Exclude<MiRecord, { kind: 'result' }>): void {
    switch (record.kind) {
      case 'console':
        this.#logpoints.heard(record.text)
        this.calls.heard(record.text)
        return
      case 'exec':
        if (record.class === 'stopped') this.execution.heard(record.results)
        if (record.class === 'running') this.execution.runs()
        return
      case 'notify':
        this.#notified(record.class, record.results)
        return
      case 'status':
      case 'target':
      case 'log':
        return
    }
  }

  #started(pid: number): void {
    this.execution.started(pid)
    if (this.target.kind === 'core') return
    const { program: name, kind: startMethod } = this.target
    const body = { name, systemProcessId: pid, isLocalProcess: true, startMethod }
    this.#event('process', body)
  }

  #notified(what: string, results: MiTuple): void {
    switch (what) {
      case 'breakpoint-created':
      case 'breakpoint-modified': {
        const { success, data } = bkptNoticeSchema.safeParse(results)
        // Of watchpoints and catchpoints it tells less, of which nothing is to be known.
        if (!success) return
        if (what === 'breakpoint-created') this.breakpoints.created(data.bkpt)
        else this.table.modified(data.bkpt)
        return
      }
      case 'thread-group-started': {
        const { success, data } = groupStartedSchema.safeParse(results)
        if (success) this.#started(data.pid)
        return
      }
    }
  }
}

/** gdb's commands that send a process the signal by which it is paused. */
const pythonSignal = (pid: number): string => `python import os, signal; os.kill(${pid}, signal.SIGSTOP)`
const shellSignal = (pid: number): string => `shell kill -STOP ${pid}`
