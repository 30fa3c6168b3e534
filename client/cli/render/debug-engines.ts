import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { type Column, table } from './table.ts'

type Engine = Output<'debug.engines'>[number]

const columns: readonly Column<Engine>[] = [
  { title: 'ENGINE', cell: ({ name }) => name },
  { title: 'DEBUGS', cell: ({ debugs }) => debugs.join(', ') },
  {
    title: 'VERSION',
    cell: ({ tools, missing }) => missing ?? tools.map(({ version }) => version).join(', '),
    colour: ({ available }) => (available ? undefined : 'yellow'),
    flexible: true,
  },
]

export const renderDebugEngines = (engines: readonly Engine[], context: RenderContext): string =>
  table(engines, columns, context)
