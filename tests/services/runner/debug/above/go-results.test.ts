import t from 'tap'
import { resultNames } from '../../../../../services/runner/debug/above/go-results.ts'

for (const [behind, names] of [
  [' {', []],
  [' int {', []],
  [' (int, error) {', []],
  [' (map[string]int, chan int, func(a int) (b error)) {', []],
  [' (total int, err error) {', ['total', 'err']],
  [' (a, b int) {', ['a', 'b']],
  [' (by func(x, y int) bool, m map[K]struct{ a, b int }) {', ['by', 'm']],
  ['(_ int, größe uint) {', ['_', 'größe']],
  [' (total int,', ['total']],
  [' (\n\ttotal int, // of all (so far)\n\terr error /* none */) {', ['total', 'err']],
] as const)
  t.same(resultNames(behind), names, behind)
