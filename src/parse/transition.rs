//! The arc-hybrid transition system (Kuhlmann et al. 2011) and its dynamic oracle (Goldberg & Nivre 2013, section 5).

/// A step of the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Transition {
    /// The first of the buffer goes onto the stack.
    Shift = 0,
    /// The top of the stack becomes a dependent of the first of the buffer.
    Left = 1,
    /// The top of the stack becomes a dependent of the one below it.
    Right = 2,
}

impl Transition {
    /// All, at their indices.
    pub const ALL: [Transition; 3] = [Transition::Shift, Transition::Left, Transition::Right];
}

/// No node.
pub const NONE: u32 = u32::MAX;

/// A configuration over the nodes `0` (the root above the sentence) and `1..=n` (its tokens).
#[derive(Debug, Default)]
pub struct State {
    stack: Vec<u32>,
    next: u32,
    n: u32,
    /// Head of each node, `NONE` while it has none.
    pub heads: Vec<u32>,
    /// Label of each node's arc, as the model numbers labels.
    pub labels: Vec<u8>,
    /// Outermost and second outermost dependents on the left of each node.
    left: Vec<[u32; 2]>,
    /// The same on the right.
    right: Vec<[u32; 2]>,
    valency: Vec<[u8; 2]>,
}

impl State {
    /// Starts anew for a sentence of `n` tokens.
    pub fn reset(&mut self, n: usize) {
        self.stack.clear();
        self.stack.push(0);
        self.next = 1;
        self.n = n as u32;
        self.heads.clear();
        self.heads.resize(n + 1, NONE);
        self.labels.clear();
        self.labels.resize(n + 1, 0);
        self.left.clear();
        self.left.resize(n + 1, [NONE; 2]);
        self.right.clear();
        self.right.resize(n + 1, [NONE; 2]);
        self.valency.clear();
        self.valency.resize(n + 1, [0; 2]);
    }

    /// Whether every token has its head.
    pub fn is_final(&self) -> bool {
        self.next > self.n && self.stack.len() == 1
    }

    /// The `i`th node of the stack from the top.
    pub fn stack(&self, i: usize) -> u32 {
        self.stack.len().checked_sub(i + 1).map_or(NONE, |at| self.stack[at])
    }

    /// The `i`th node of the buffer.
    pub fn buffer(&self, i: u32) -> u32 {
        if self.next + i <= self.n { self.next + i } else { NONE }
    }

    /// The outermost (`i` = 0) or second outermost dependent on the left of `node`.
    pub fn left(&self, node: u32, i: usize) -> u32 {
        if node == NONE { NONE } else { self.left[node as usize][i] }
    }

    /// The same on the right.
    pub fn right(&self, node: u32, i: usize) -> u32 {
        if node == NONE { NONE } else { self.right[node as usize][i] }
    }

    /// The number of dependents so far on the left and on the right of `node`.
    pub fn valency(&self, node: u32) -> [u8; 2] {
        if node == NONE { [0; 2] } else { self.valency[node as usize] }
    }

    /// Whether a transition may be taken; the root gets one dependent, last of all.
    pub fn allows(&self, transition: Transition) -> bool {
        match transition {
            Transition::Shift => self.next <= self.n,
            Transition::Left => self.stack.len() > 1 && self.next <= self.n,
            Transition::Right => self.stack.len() > 2 || (self.stack.len() == 2 && self.next > self.n),
        }
    }

    /// Takes an allowed transition; `label` is ignored by a shift.
    pub fn take(&mut self, transition: Transition, label: u8) {
        if transition == Transition::Shift {
            self.stack.push(self.next);
            self.next += 1;
            return;
        }
        let dependent = self.stack.pop().expect("allowed");
        let head = if transition == Transition::Left { self.next } else { *self.stack.last().expect("allowed") };
        let (side, at) = if transition == Transition::Left { (0, &mut self.left) } else { (1, &mut self.right) };
        let [first, _] = at[head as usize];
        at[head as usize] = [dependent, first];
        let count = &mut self.valency[head as usize][side];
        *count = count.saturating_add(1);
        self.heads[dependent as usize] = head;
        self.labels[dependent as usize] = label;
    }

    /// How many arcs of `gold` (head of each node; any value for the root) each transition puts out of reach.
    pub fn costs(&self, gold: &[u32]) -> [u32; 3] {
        let top = self.stack(0);
        let in_buffer = |node: u32| node != 0 && node >= self.next;
        let (below, rest) = (self.stack(1), self.next..=self.n);
        let mut costs = [0; 3];
        if self.next <= self.n {
            let b = self.next;
            costs[0] = self.stack.iter().skip(1).filter(|&&d| gold[d as usize] == b).count() as u32;
            costs[0] += u32::from(self.stack[..self.stack.len() - 1].contains(&gold[b as usize]));
        }
        if top != NONE && top != 0 {
            let head = gold[top as usize];
            let dependents = rest.filter(|&d| gold[d as usize] == top).count() as u32;
            costs[1] = dependents + u32::from(head == below || (in_buffer(head) && head != self.next));
            costs[2] = dependents + u32::from(in_buffer(head));
        }
        costs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Heads of a random projective tree over `1..=n`.
    fn tree(n: u32, mut seed: u64) -> Vec<u32> {
        fn grow(low: u32, high: u32, head: u32, heads: &mut [u32], seed: &mut u64) {
            if low > high {
                return;
            }
            *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let root = low + ((*seed >> 33) % u64::from(high - low + 1)) as u32;
            heads[root as usize] = head;
            grow(low, root - 1, root, heads, seed);
            grow(root + 1, high, root, heads, seed);
        }
        let mut heads = vec![NONE; n as usize + 1];
        grow(1, n, 0, &mut heads, &mut seed);
        heads
    }

    proptest! {
        #[test]
        fn following_free_transitions_rebuilds_the_tree(n in 1u32..30, seed: u64) {
            let gold = tree(n, seed);
            let mut state = State::default();
            state.reset(n as usize);
            while !state.is_final() {
                let costs = state.costs(&gold);
                let free = Transition::ALL.into_iter().find(|&t| state.allows(t) && costs[t as usize] == 0);
                prop_assert!(free.is_some(), "no free transition: {costs:?}");
                state.take(free.unwrap(), 0);
            }
            prop_assert_eq!(&state.heads[1..], &gold[1..]);
        }

        #[test]
        fn any_path_ends_in_a_tree_with_one_root(n in 1u32..30, choices: Vec<u8>) {
            let mut state = State::default();
            state.reset(n as usize);
            let mut i = 0;
            while !state.is_final() {
                let allowed: Vec<_> = Transition::ALL.into_iter().filter(|&t| state.allows(t)).collect();
                prop_assert!(!allowed.is_empty());
                let pick = choices.get(i).map_or(0, |&c| c as usize) % allowed.len();
                state.take(allowed[pick], 0);
                i += 1;
            }
            prop_assert_eq!(state.heads[1..].iter().filter(|&&h| h == 0).count(), 1);
            prop_assert!(state.heads[1..].iter().all(|&h| h <= n));
        }
    }
}
