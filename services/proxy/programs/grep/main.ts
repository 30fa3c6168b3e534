import { runProgram } from '../run-program.ts'
import { declareGrep } from './grep.ts'

await runProgram('grep', async start => declareGrep(start))
