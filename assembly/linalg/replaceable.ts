/** The call of a kernel that is a module of its own, `eigen.ts`, so that only programs with eigenvalues or singular values carry it. */

/** Where the host puts that module's function of this name, in the table, before a list with EIGEN or SVD runs. */
export function eigen(_command: usize): void {
  unreachable();
}

const slot: (command: usize) => void = eigen;

export function runEigen(command: usize): void {
  slot(command);
}
