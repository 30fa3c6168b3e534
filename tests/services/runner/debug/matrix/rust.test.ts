import t from 'tap'
import { stayNames } from './scenarios.ts'
import { testMatrix } from './try-matrix.ts'

testMatrix(t, 'rust', stayNames)
