"""The theorems that decide: statement, hypotheses and source, by key. A ruling names one; a certificate lists it."""

from __future__ import annotations

from .lemma_theorems import LEMMA_THEOREMS
from .theorem import Theorem

THEOREMS: dict[str, Theorem] = {
    theorem.key: theorem
    for theorem in (
        *LEMMA_THEOREMS,
        Theorem(
            "flow-linear-stability",
            "v(x*) = 0, v is Frechet differentiable at x*, and every eigenvalue of v'(x*) has negative real part: x* "
            "is exponentially stable for x' = v(x).",
            "Lyapunov 1892; Khalil 1996, theorem 4.7; Mescheder et al. 2018, section 2.1",
        ),
        Theorem(
            "flow-linear-instability",
            "v(x*) = 0, v is Frechet differentiable at x*, and some eigenvalue of v'(x*) has positive real part: x* is "
            "unstable, and so is every set of equilibria through x*.",
            "Lyapunov 1892 (Chetaev function of the unstable subspace); Khalil 1996, theorem 4.7",
        ),
        Theorem(
            "map-linear-stability",
            "F(x*) = x*, F is Frechet differentiable at x*, and every eigenvalue of F'(x*) has modulus below 1: the "
            "iterates converge linearly from a neighbourhood of x*.",
            "Ostrowski 1966; Mescheder et al. 2018, section 2.1",
        ),
        Theorem(
            "map-linear-instability",
            "F(x*) = x*, F is Frechet differentiable at x*, and some eigenvalue of F'(x*) has modulus above 1: x* is "
            "unstable, and so is every set of fixed points through x*.",
            "Hartman 1964, lemma 5.1; Mescheder et al. 2018, section 2.1",
        ),
        Theorem(
            "block-linear-stability",
            "v(x*) = 0, v is Frechet differentiable at x*, v'(x*) is block diagonal after a permutation, and every "
            "block is stable: x* attracts at a linear rate.",
            "the spectrum of a block diagonal matrix is that of its blocks; Khalil 1996, theorem 4.7",
        ),
        Theorem(
            "manifold-linear-stability",
            "v is smooth near x* and vanishes on a manifold E through x*, and v'(x*) on the quotient by the tangent "
            "space of E has only eigenvalues with negative real part (for maps: F' only multipliers of modulus below "
            "1): E is stable, and every trajectory that starts near x* tends to a point of E at a linear rate.",
            "Fenichel 1971; Mescheder et al. 2018, Theorem 4.1; Nagarajan & Kolter 2017, theorem A.4",
        ),
        Theorem(
            "manifold-linear-instability",
            "v vanishes on a manifold E through x*, and v'(x*) on the quotient by the tangent space of E has an "
            "eigenvalue with positive real part (for maps: F' a multiplier of modulus above 1): x* and E are unstable.",
            "Lyapunov 1892; Khalil 1996, theorem 4.7",
        ),
        Theorem(
            "not-stationary",
            "v is continuous at x* with v(x*) != 0: x* is no equilibrium, and trajectories near it move away.",
            "definition",
        ),
        Theorem(
            "repelling-jump",
            "On the open side s > 0 of a smooth curve through x* the field has a limit v0 at x* with grad s . v0 > 0: "
            "trajectories that start on that side, however near, leave at a speed bounded from below.",
            "Filippov 1988, chapter 2; Mescheder et al. 2018, section 3.1 (WGAN-GP)",
        ),
        Theorem(
            "no-filippov-equilibrium",
            "Some component of every one-sided limit of v at x* has one and the same strict sign: 0 is not in the "
            "Filippov set, so x* is no equilibrium.",
            "Filippov 1988, chapter 2",
        ),
        Theorem(
            "map-jump",
            "From an open set that touches x* one step of the map moves by h v0 + o(1) with v0 != 0: no neighbourhood "
            "of x* is kept, for any h.",
            "definition of stability",
        ),
        Theorem(
            "first-integral",
            "E is continuous and constant along every trajectory, and E(x0) != E(x*): no trajectory from x0 tends to "
            "x*.",
            "definition of continuity",
        ),
        Theorem(
            "bounded-solutions-continue",
            "v is continuous on the plane, and every solution stays in a bounded set: solutions exist for all t >= 0.",
            "Peano 1890; Hartman 1964, theorem II.3.1",
        ),
        Theorem(
            "linear-map-not-attracting",
            "F(x) = x* + M (x - x*) for all x near x*, and |det M| >= 1: some eigenvalue of M has modulus at least 1, "
            "and x* is not asymptotically stable.",
            "det M is the product of the eigenvalues; the powers of M tend to 0 only if all moduli are below 1",
        ),
        Theorem(
            "routh-hurwitz",
            "Both roots of z^2 + p z + q (p, q real) have negative real part if and only if p > 0 and q > 0.",
            "Routh 1877; Hurwitz 1895",
        ),
        Theorem(
            "schur-cohn",
            "Both roots of z^2 - T z + D (T, D real) have modulus below 1 if and only if 1 - T + D > 0, 1 + T + D > 0 "
            "and 1 - D > 0.",
            "Schur 1917; Cohn 1922; Jury 1964",
        ),
        Theorem(
            "equilibrium-line",
            "v vanishes on a line through x*: x* is not isolated among equilibria with another generator or another D.",
            "definition",
        ),
        Theorem(
            "equilibrium-curve",
            "v = g w / m with g = 0 along a curve through x*: x* is not isolated among equilibria with another "
            "generator or another D.",
            "definition",
        ),
        Theorem(
            "orbit-linearisation",
            "v = (g / m) w with g / m of one sign near x* except at x*: v and w, or -w, have the same orbits, and the "
            "eigenvalues of w'(x*) decide.",
            "Dumortier, Llibre & Artes 2006, section 1.9",
        ),
        Theorem(
            "leading-part",
            "v = v0 + higher terms with v0 (quasi-)homogeneous: x* is asymptotically stable if it is for v0 (for maps "
            "x + h v0 + ... as well: every h if the degree is 2 or more, else small h), and unstable if v0 escapes "
            "along a ray.",
            "Massera 1956; Hahn 1967, section 57; Rosier 1992; for maps Hakim 1998",
        ),
        Theorem(
            "nilpotent",
            "x' = y, y' = a x^m + ... + (b x^k + ...) y + O(y^2): m, k, a and b decide, and where the leading part "
            "conserves an energy, its first coefficient that is not 0.",
            "Andreev 1958; Dumortier, Llibre & Artes 2006, theorem 3.5; index: Krasnosel'skii & Zabreiko 1984",
        ),
        Theorem(
            "measure-preserved",
            "v . grad g = g div v, or g(F) = +-det F' g, identically with g(x*) != 0: the images of a small disk keep "
            "the measure dx dy / g and do not shrink to x*. With g = 1 that is area.",
            "Liouville; definition of asymptotic stability",
        ),
        Theorem(
            "mean-energy",
            "v = J x + w with a linear centre J and w smooth on the quadrants: the mean over the ellipses of J of the "
            "lowest terms of the energy's change is not 0 and decides, for the flow and for small steps.",
            "Bogoliubov & Mitropolsky 1961; Sanders & Verhulst 2007, chapter 2",
        ),
        Theorem(
            "sticking",
            "On half an axis v is 0, or jumps and points onto it from both sides with no component along it: every "
            "point of it is an equilibrium of the inclusion.",
            "Filippov 1988, section 4",
        ),
        Theorem(
            "pushed-off",
            "On both quadrants on one side of an axis v has limits at x* that point away from it: trajectories that "
            "start there, however near, leave at a speed bounded from below.",
            "Filippov 1988, chapter 2",
        ),
        Theorem("no-step", "With step size 0 the players' parameters never move.", "definition"),
        Theorem(
            "period-moves",
            "From points of an open set that touches x*, with its memory at rest, one period of the rule moves by "
            "d + o(1) with d != 0: no neighbourhood of x* is kept.",
            "definition of stability",
        ),
        Theorem(
            "decaying-steps",
            "Steps x + s w + O(s^2 |x|) of sizes s = h/k^p, 0 < p <= 1, with h > 0: x* is asymptotically stable if "
            "every eigenvalue of w'(x*) has negative real part, and unstable if one has positive real part.",
            "quadratic Lyapunov function, cone around the unstable subspace; Benveniste, Metivier & Priouret 1990",
        ),
        Theorem(
            "finite-steps",
            "Steps x + s w(x) with w Lipschitz and w(x*) = 0, of sizes s = h/k^p, p > 1, h small: |x - x*| shrinks at "
            "most by the product of 1 - L h/k^p > 0, and stays away from 0.",
            "direct estimate",
        ),
        Theorem(
            "linear-averages",
            "F is linear with the matrix M: the averages of the iterates tend to x* from every start if and only if "
            "all moduli are at most 1, no eigenvalue is 1, and those of modulus 1 have no Jordan block.",
            "mean ergodic theorem in finite dimensions; Yosida 1980, chapter VIII",
        ),
        Theorem("periodic", "F^q = id: x* attracts nothing.", "definition"),
        Theorem(
            "time-reversal",
            "v(R x) = -R v(x) for a linear involution R: stability forward in time is stability backward in time, and "
            "x* is not asymptotically stable.",
            "Devaney 1976; Lamb & Roberts 1998, section 4",
        ),
        Theorem(
            "linear-critical",
            "v is linear: x* is asymptotically stable for the flow (for the map) only if every root lies inside.",
            "Jordan normal form",
        ),
        Theorem(
            "weak-focus",
            "V = Q + V_3 + ... with a definite form Q that the linear part conserves changes by eta Q^k + o(Q^k) along "
            "trajectories: x* is asymptotically stable or unstable by the sign of eta.",
            "Lyapunov 1892; Andronov et al. 1971; for maps Neimark 1959, Sacker 1964",
        ),
        Theorem(
            "centre-manifold",
            "All roots but one lie inside, and on the centre manifold the motion is c u^k + O(u^(k+1)) with c != 0: x* "
            "is asymptotically stable if k is odd and c < 0, else unstable.",
            "Carr 1981, theorems 1-3 and 6-8",
        ),
        Theorem(
            "conewise-linear",
            "v is continuous and J_+ x + o(r), J_- x + o(r) on the two sides of a line: the rays and the turns of the "
            "leading part decide, for the flow and for maps x + h v + O(h^2 r) with small h.",
            "Rosier 1992 (homogeneous fields); Camlibel et al. 2006 (two sides of a line)",
        ),
        Theorem(
            "sliding",
            "v pushes onto a line from both sides: solutions reach it in finite time and follow the sliding field.",
            "Filippov 1988, section 19",
        ),
        Theorem(
            "no-limit",
            "v has no limit at x*, not even one-sided: an undefined expression is extended by its limit, and without "
            "one x* is no equilibrium.",
            "definition",
        ),
        Theorem(
            "steep-growth",
            "v_i = kappa |s|^q sign(s) + O(r) with kappa > 0 and 0 < q < 1: in the cone where |s| is the larger "
            "coordinate |s| grows faster than exponentially.",
            "direct estimate in the cone",
        ),
        Theorem(
            "steep-damping",
            "v_i = -kappa |s|^q sign(s) + O(r) with kappa > 0 and 0 < q < 1, and a z + O(|s|) + o(r) in the other row: "
            "z^2 + s^2 falls if a < 0, and z grows in the cone where it is the larger coordinate if a > 0.",
            "direct estimate in the cone; Tikhonov 1952 (fast and slow variables)",
        ),
        Theorem(
            "steep-map",
            "v_i = kappa |s|^q sign(s) + O(r) with kappa != 0 and 0 < q < 1: one step throws |s| to about "
            "h |kappa| |s|^q, a multiple of |s| beyond every bound near x*, and keeps the cone.",
            "direct estimate in the cone",
        ),
        Theorem(
            "energy-lasalle",
            "V = a |x1 - x1*|^m + b |x2 - x2*|^k falls along trajectories, and no trajectory but x* stays where it "
            "does not: x* is asymptotically stable.",
            "LaSalle 1960; for continuous fields Filippov 1988, section 15",
        ),
        Theorem(
            "energy-grows",
            "V = a |x1 - x1*|^m + b |x2 - x2*|^k does not fall along v near x*, and is convex, so that a simultaneous "
            "step x + h v with h >= 0 does not lower it: no trajectory tends to x*.",
            "definition; for jumps Filippov 1988, section 15",
        ),
        Theorem(
            "first-approximation",
            "v = J x + o(r), or F = A x + o(r) for a map, from the terms of v on the quadrants: x* is exponentially "
            "stable if every root lies inside, and unstable if one lies outside.",
            "Lyapunov 1892; Hahn 1967, section 28",
        ),
        Theorem("no-equilibrium-output", "fake'(d) + real'(d) is never 0: D has no equilibrium output.", "definition"),
    )
}

# Theorems by which x* lies on a curve of equilibria.
CONTINUA = frozenset({"equilibrium-line", "equilibrium-curve", "sticking"})
