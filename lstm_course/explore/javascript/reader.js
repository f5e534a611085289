// The classifier of lesson 4, read from the course's file: lstm_course/models/reader.py once more.

import { sigmoid } from "./unit.js";

/** A matrix from whole numbers of one byte and a scale for each column, flat, row after row. */
function unpacked({ rows, scales, numbers }) {
  const bytes = Int8Array.from(atob(numbers), (sign) => sign.charCodeAt(0));
  const columns = bytes.length / rows;
  return { columns, values: Float64Array.from(bytes, (value, k) => value * scales[k % columns]) };
}

/** vector·matrix, added to `into`. */
function add(vector, { columns, values }, into) {
  for (let row = 0; row < vector.length; row++) {
    const factor = vector[row];
    if (factor === 0) continue;
    for (let column = 0; column < columns; column++) into[column] += factor * values[row * columns + column];
  }
  return into;
}

/** Makes a reader of the file: {knows(word), verdicts(words), bag(words)}. */
export function makeReader(content) {
  const numbers = new Map(content.words.map((word, k) => [word, k + 2]));
  const [embedding, kernel, recurrent, hidden, last] = ["embedding", "kernel", "recurrent_kernel", "hidden", "last"].map((name) => unpacked(content[name]));
  const table = unpacked(content.bag.table).values; // of each word, how rare it is and what it weighs
  const H = recurrent.columns / 4;
  const sums = new Map(); // what a word adds to the gates: the same wherever it stands
  function ofWord(word) {
    const number = numbers.get(word) ?? 1;
    if (!sums.has(number)) {
      const row = embedding.values.subarray(number * embedding.columns, (number + 1) * embedding.columns);
      sums.set(number, add(row, kernel, Float64Array.from(content.bias)));
    }
    return sums.get(number);
  }
  const read = new Map(); // the last texts: to choose another word is not to read again
  function verdicts(words) {
    const text = words.join(" ");
    if (!read.has(text)) {
      if (read.size >= 4) read.delete(read.keys().next().value);
      read.set(text, readOnce(words));
    }
    return read.get(text);
  }
  function readOnce(words) {
    let [h, c] = [new Float64Array(H), new Float64Array(H)];
    return words.map((word) => {
      const a = add(h, recurrent, Float64Array.from(ofWord(word)));
      [h, c] = [new Float64Array(H), c.map((before, k) => sigmoid(a[H + k]) * before + sigmoid(a[k]) * Math.tanh(a[2 * H + k]))];
      c.forEach((value, k) => (h[k] = sigmoid(a[3 * H + k]) * Math.tanh(value)));
      const above = add(h, hidden, Float64Array.from(content.hidden_bias)).map((value) => Math.max(0, value));
      return sigmoid(add(above, last, Float64Array.from(content.last_bias))[0]);
    });
  }
  /** The bag of words: which words occur, weighed by how rare they are, whatever their order. */
  function bag(words) {
    const counts = new Map();
    for (const word of words) if (numbers.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
    let [sum, square] = [0, 0];
    for (const [word, count] of counts) {
      const k = numbers.get(word) - 2;
      const share = (1 + Math.log(count)) * table[2 * k];
      sum += share * table[2 * k + 1];
      square += share * share;
    }
    return sigmoid(content.bag.bias + (square ? sum / Math.sqrt(square) : 0));
  }
  return { knows: (word) => numbers.has(word), verdicts, bag };
}

/** Lower case and no punctuation; an apostrophe stays within its word. */
export const tokenise = (text) => text.normalize("NFC").toLowerCase().replace(/[’‘]/g, "'").match(/[\p{L}\p{N}_]+(?:'[\p{L}\p{N}_]+)*/gu) ?? [];
