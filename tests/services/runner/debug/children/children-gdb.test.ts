import t from 'tap'
import { noGdb } from '../gdb/gdb-rig.ts'
import { nativeChildren } from './native-children.ts'

t.setTimeout(260_000)
if (noGdb && process.env.CI === 'true') throw new Error(noGdb)

t.test('processes that a program starts under gdb', { skip: noGdb }, t => nativeChildren(t, 'gdb'))
