import t from 'tap'
import { languageNames } from './languages.ts'
import { leaveNames } from './scenarios.ts'
import { testMatrix } from './try-matrix.ts'

// Programs of Rust have the debugger of those of C.
for (const name of languageNames) if (name !== 'rust') testMatrix(t, name, leaveNames)
