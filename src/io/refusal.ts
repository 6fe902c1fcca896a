/** Why one array of a file can't be read, where the others can: its message lacks the name, which the catcher adds. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
