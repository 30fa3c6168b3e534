import type { LoadedSource, Module } from '../../../services/contract/debug-inspected.ts'
import type { RenderContext } from '../words/words.ts'
import { table } from './table.ts'

export const renderModules = (modules: readonly Module[], context: RenderContext): string =>
  modules.length === 0
    ? 'no modules\n'
    : table(
        modules,
        [
          { title: 'NAME', cell: row => row.name },
          { title: 'VERSION', cell: row => row.version ?? '-' },
          { title: 'SYMBOLS', cell: row => row.symbols ?? '-' },
          { title: 'PATH', cell: row => row.path ?? '-', flexible: true },
        ],
        context,
      )

export const renderSources = (sources: readonly LoadedSource[], context: RenderContext): string =>
  sources.length === 0
    ? 'no sources\n'
    : table(
        sources,
        [
          { title: 'REFERENCE', cell: row => (row.reference === null ? '-' : String(row.reference)) },
          { title: 'NAME', cell: row => row.name },
          { title: 'FILE', cell: row => row.file ?? '-', flexible: true },
        ],
        context,
      )
