import { list } from '../readers/list.ts'
import { page } from '../readers/page.ts'
import { whole } from '../readers/whole.ts'
import type { Words } from './words.ts'

export const debugSet: Words<'debug.set'> = {
  tool: 'debug_set',
  title: 'Set a variable',
  description:
    'Give a variable of a stopped debuggee another value, an expression in its language. With reference the variable is a part of that. Returns the value that it has then.',
  idempotent: true,
  reader: whole('debug.set'),
}

export const debugSource: Words<'debug.source'> = {
  tool: 'debug_source',
  title: 'Read source',
  description:
    'Source lines around where a frame stands, or around a line or the beginning of a function of any file of the worktree (file, line, function), or of generated code by its reference. first is the number of the first of the lines.',
  reader: whole('debug.source'),
}

export const debugSources: Words<'debug.sources'> = {
  tool: 'debug_sources',
  title: 'List loaded sources',
  description:
    'The sources that a debuggee has loaded, where the debugger knows. One with a reference is generated: debug_source shows it.',
  reader: page('debug.sources'),
}

export const debugModules: Words<'debug.modules'> = {
  tool: 'debug_modules',
  title: 'List modules',
  description: 'The modules and libraries that a debuggee has loaded, with their paths and versions.',
  reader: page('debug.modules'),
}

export const debugException: Words<'debug.exception'> = {
  tool: 'debug_exception',
  title: 'Read the exception',
  description:
    'The exception that a thread stands at: its type, message and stack. Refused where it stands at none.',
  reader: whole('debug.exception'),
}

export const debugDisassemble: Words<'debug.disassemble'> = {
  tool: 'debug_disassemble',
  title: 'Disassemble',
  description:
    'Machine instructions where a frame stands, or from an address on. For native programs; other debuggers say that they cannot.',
  reader: list('debug.disassemble'),
}

export const debugMemory: Words<'debug.memory'> = {
  tool: 'debug_memory',
  title: 'Read memory',
  description:
    'Bytes of memory as hexadecimal digits, from an address or from that of an expression such as "&total". For native programs; other debuggers say that they cannot.',
  defaults: { count: 256 },
  reader: whole('debug.memory'),
}

export const debugWriteMemory: Words<'debug.write_memory'> = {
  tool: 'debug_write_memory',
  title: 'Write memory',
  description:
    'Write bytes (hexadecimal digits) into memory at an address or at that of an expression. For native programs; other debuggers say that they cannot.',
  idempotent: true,
  destructive: true,
  reader: whole('debug.write_memory'),
}
