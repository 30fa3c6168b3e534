import { visibleLines } from '../../../lib/visible.ts'
import { oneCall } from '../one-call.ts'
import { renderDisassembly, renderMemory } from '../render/memory.ts'
import { renderException, renderSourceWindow } from '../render/source.ts'
import type { Words } from './words.ts'

const debug = { value: 'ID' }
const thread = { value: 'N' }
const frame = { value: 'N' }
const page = { start: { value: 'N' }, limit: { value: 'N' } }

export const debugSet: Words<'debug.set'> = {
  path: ['debug', 'set'],
  places: ['session', 'name', 'value'],
  flags: { debug, thread, frame, reference: { value: 'N' } },
  examples: ['@last total 10', '@last "items[0]" 5 --frame 1', '@last count 3 --reference 5'],
  act: oneCall('debug.set', ({ value }) => `${visibleLines(value).join('\n')}\n`),
}

export const debugSource: Words<'debug.source'> = {
  path: ['debug', 'source'],
  places: ['session'],
  flags: {
    debug,
    thread,
    frame,
    file: { value: 'FILE' },
    reference: { value: 'N' },
    line: { value: 'N' },
    function: { value: 'NAME' },
    around: { value: 'N' },
  },
  examples: [
    '@last',
    '@last --frame 1 --around 3',
    '@last --file lib/price.py --line 40',
    '@last --function total_of',
  ],
  act: oneCall('debug.source', renderSourceWindow),
}

export const debugSources: Words<'debug.sources'> = {
  path: ['debug', 'sources'],
  places: ['session'],
  flags: { debug, ...page },
  examples: ['@last'],
  act: () => import('../acts/debug-sources.ts'),
}

export const debugModules: Words<'debug.modules'> = {
  path: ['debug', 'modules'],
  places: ['session'],
  flags: { debug, ...page },
  examples: ['@last', '@last --start 100'],
  act: () => import('../acts/debug-modules.ts'),
}

export const debugException: Words<'debug.exception'> = {
  path: ['debug', 'exception'],
  places: ['session'],
  flags: { debug, thread },
  examples: ['@last'],
  act: oneCall('debug.exception', renderException),
}

export const debugDisassemble: Words<'debug.disassemble'> = {
  path: ['debug', 'disassemble'],
  places: ['session'],
  flags: {
    debug,
    thread,
    frame,
    address: { value: 'ADDRESS' },
    offset: { value: 'N' },
    count: { value: 'N' },
  },
  examples: ['@last', '@last --address 0x401136 --count 40', '@last --offset -5'],
  act: oneCall('debug.disassemble', renderDisassembly),
}

export const debugMemory: Words<'debug.memory'> = {
  path: ['debug', 'memory'],
  places: ['session', 'address'],
  flags: { debug, thread, frame, offset: { value: 'N' }, count: { value: 'N' } },
  examples: ['@last 0x7fffffffe010', '@last "&total" --count 16'],
  act: oneCall('debug.memory', renderMemory),
}

export const debugWriteMemory: Words<'debug.write_memory'> = {
  path: ['debug', 'write-memory'],
  places: ['session', 'address', 'hex'],
  flags: { debug, thread, frame, offset: { value: 'N' } },
  examples: ['@last 0x7fffffffe010 2a000000', '@last "&total" 05 --offset 1'],
  act: oneCall('debug.write_memory', ({ written }) => `${written} bytes written\n`),
}
