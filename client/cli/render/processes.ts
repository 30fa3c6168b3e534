import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { type Column, table } from './table.ts'

type Process = Output<'debug.processes'>[number]

const columns: readonly Column<Process>[] = [
  { title: 'PID', cell: ({ pid }) => String(pid) },
  { title: 'COMMAND', cell: ({ command }) => command },
  { title: 'DEBUGGERS', cell: ({ engines, traced }) => (traced ? 'has one' : engines.join(', ')) },
  { title: 'LINE', cell: ({ line }) => line, flexible: true },
]

export const renderProcesses = (processes: readonly Process[], context: RenderContext): string =>
  processes.length === 0 ? 'no process of this session runs now' : table(processes, columns, context)
