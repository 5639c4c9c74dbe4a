// A file for `view.run("examples/psum.ts")`: afterwards every engine has this function.
function psum(part: Float64Array): number {
  return part.reduce((sum, x) => sum + x, 0);
}
