import t from 'tap'
import { noLldb } from '../lldb/lldb-rig.ts'
import { nativeChildren } from './native-children.ts'

t.setTimeout(260_000)
if (noLldb && process.env.CI === 'true') throw new Error(noLldb)

t.test('processes that a program starts under lldb-dap', { skip: noLldb }, t => nativeChildren(t, 'lldb-dap'))
