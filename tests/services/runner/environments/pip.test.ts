import t from 'tap'
import { listCommands } from '../../../../services/store/commands.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'
import { packageIndex } from './package-index.ts'

t.setTimeout(300_000)

t.test('Python finds what its requirements name, and nothing of what lies in the repository', async t => {
  const rig = await runnerRig(t)
  const index = await packageIndex(t)
  index.wheel('answers', 'answer = 42')
  index.wheel('questions', 'question = "?"')
  const repository = await rig.repository({
    'requirements.txt': `--index-url ${index.simple}\nanswers==1.0.0\n-r deps/base.txt\n-e .\n`,
    'deps/base.txt': '-c sub/pins.txt\nquestions\n./lib \\\n  --hash=sha256:00\n',
    'deps/sub/pins.txt': 'questions==1.0.0\n',
    'setup.py': 'raise SystemExit("nobody asked")\n',
    'app.py':
      'import answers, questions, sys, os; print(answers.answer, sys.prefix == os.environ["VIRTUAL_ENV"])\n',
  })
  const id = await rig.createSession(repository, { environment: ['auto'], commands: ['python3 app.py'] })
  // A virtual environment with pip takes seconds, and longer where others work as well.
  const session = await until('it to settle', () => rig.settled(id).catch(() => undefined), 240_000)
  t.equal(session.status, 'running', session.failure_json ?? '')
  const [build, program] = await listCommands(rig.store, id)
  if (build === undefined || program === undefined) throw new Error('no commands')
  t.match(rig.stdout(build), /Successfully installed answers-1\.0\.0 questions-1\.0\.0/)
  t.equal(rig.stdout(await rig.ended(program.id)), '42 True\n')
  t.match(await rig.run(session, ['python3', '-m', 'pip', 'show', 'answers']), { status: 'succeeded' })
})
