import t from 'tap'
import { buildErrors } from '../../../../../services/runner/debug/delve/build-errors.ts'

const build = { worktree: '/data/w', buildDirectory: '/data/w/app', output: '/tmp/debug-server-1/program' }
const began = `Build Error: go build -o ${build.output} -gcflags all=-N -l ./broken\n`
const ends = "\n(go build -gcflags 'all=-N -l' ./broken)"

t.test('the first error comes first, files by their names in the worktree', async t => {
  const said = `${began}# demo/broken\n./main.go:3:15: undefined: missing\n../b.go:1:2: x (exit status 2)\n`
  t.equal(
    buildErrors(said, build),
    `it does not build: app/main.go:3:15: undefined: missing\nb.go:1:2: x${ends}`,
  )
})

t.test('so does what is no error of the compiler, without the path of the worktree', async t => {
  const said = `${began}stat /data/w/app/nothere: directory not found (exit status 1)\n`
  t.equal(buildErrors(said, build), `it does not build: stat app/nothere: directory not found${ends}`)
  t.equal(buildErrors(began, build), `it does not build: go says nothing more${ends}`)
})

t.test('what cannot be read or imported is told in files of the worktree, too', async t => {
  const said = `${began}main.go:4:2: package nosuch is not in std (/usr/lib/go/src/nosuch)\n/usr/lib/x.go:1:1: y (exit status 1)\n`
  t.equal(
    buildErrors(said, build),
    `it does not build: app/main.go:4:2: package nosuch is not in std (/usr/lib/go/src/nosuch)\n/usr/lib/x.go:1:1: y${ends}`,
  )
})

t.test('what no build has said is none', async t => {
  t.equal(buildErrors('', build), undefined)
  t.equal(buildErrors('could not launch process: permission denied\n', build), undefined)
})
