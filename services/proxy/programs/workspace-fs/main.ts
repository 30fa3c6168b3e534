import { runProgram } from '../run-program.ts'
import { declareList } from './list.ts'
import { declareRead } from './read.ts'
import { declareWrite } from './write.ts'

await runProgram('workspace-fs', async start => {
  declareRead(start)
  declareList(start)
  await declareWrite(start)
})
