import t from 'tap'
import { testMatrix } from './try-matrix.ts'

testMatrix(t, 'lldb-dap')
