"""A user's own training code against a proposal's mathematics: penalties, pairs of losses, vector fields.

    loading      CODE.py:FUNCTION, imported as its repository would import it
    kinds        what the function takes and returns, and which arguments get which numbers
    trials       random networks, batches, shapes, parameters; the places where gradients vanish
    recording    at which inputs the code evaluates D: real, generated, mixed or noisy samples
    laws         whether mixing weights are uniform and noise is Gaussian
    mathematics  the proposal's losses and penalties on the same networks, term by term
    execution    the code's values and gradients
    fitting      code = sum of coefficients times terms
    alternatives what else the code may compute
    diagnosis    which difference explains the numbers
    smallest     the smallest case that shows it
    fields       the same for vector fields of the Dirac-GAN

Agreement is evidence and never a verdict.
"""
