import t from 'tap'
import { describeRejection, hunkAt } from '../../../../services/runner/git/patch-rejection.ts'

const patch = `diff --git a/one b/one
--- a/one
+++ b/one
@@ -1,2 +1,2 @@
 a
-b
+c
@@ -10 +10 @@ function x()
--- tricky
+++ tricky
diff --git a/old name b/new name
--- a/old name
+++ b/new name
@@ -10,1 +10,1 @@
-p
+q
\\ No newline at end of file
`

t.test('the hunk of a file and a line', async t => {
  t.same(hunkAt(patch, 'one', 1), ['@@ -1,2 +1,2 @@', ' a', '-b', '+c'])
  t.same(hunkAt(patch, 'new name', 10)?.slice(0, 3), ['@@ -10,1 +10,1 @@', '-p', '+q'])
  t.same(hunkAt(patch, 'old name', 10)?.[0], '@@ -10,1 +10,1 @@')
  t.equal(hunkAt(patch, 'one', 10)?.[0], '@@ -10 +10 @@ function x()')
  t.equal(hunkAt(patch, 'one', 2), undefined)
  t.equal(hunkAt(patch, 'two', 1), undefined)
  t.equal(hunkAt('', 'one', 1), undefined)
})

t.test('what is told of a rejection', async t => {
  t.equal(
    describeRejection('error: patch failed: one:1\nerror: one: patch does not apply\n', patch),
    'the patch does not apply: one, line 1, does not match this hunk:\n@@ -1,2 +1,2 @@\n a\n-b\n+c',
  )
  t.equal(
    describeRejection('error: patch failed: two:7\n', patch),
    'the patch does not apply: two, line 7, does not match',
  )
  t.equal(
    describeRejection('error: gone: No such file or directory\nhint: no\n', patch),
    'the patch does not apply: gone: No such file or directory',
  )
  const long = `--- a/x\n+++ b/x\n@@ -1,99 +1,99 @@\n${`-${'y'.repeat(1_000)}\n`.repeat(99)}`
  const told = describeRejection('error: patch failed: x:1\n', long)
  t.ok(told.length < 4_000, `${told.length}`)
  t.match(told, /…$/)
})
