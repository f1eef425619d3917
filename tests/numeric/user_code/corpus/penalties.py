"""Gradient penalties as the known code bases and their ports write them, rewritten for these tests; right and wrong."""

import numpy as np
import torch
from torch import autograd


def squared_norm(outputs, x):
    """Per sample, flattened: what GAN_stability's trainer computes from outputs and tracked inputs."""
    batch = x.size(0)
    gradient = autograd.grad(outputs=outputs.sum(), inputs=x, create_graph=True, retain_graph=True)[0]
    return gradient.pow(2).reshape(batch, -1).sum(1)


# -- R1 and its relatives -------------------------------------------------------------------------------------------


def stability_r1(discriminator, x_real, x_fake, reg_param):
    """GAN_stability: reg_param times the mean, without 1/2; the trainer has called x_real.requires_grad_()."""
    return reg_param * squared_norm(discriminator(x_real.requires_grad_()), x_real).mean()


def stylegan_r1(discriminator, x_real, x_fake, r1_gamma):
    """StyleGAN2 and 3: a tracked copy, gradient of the summed logits, r1_gamma/2; D takes labels."""
    image = x_real.detach().requires_grad_(True)
    logits = discriminator(image, None, update_emas=True)
    (gradient,) = autograd.grad(outputs=[logits.sum()], inputs=[image], create_graph=True, only_inputs=True)
    penalty = gradient.square().sum(tuple(range(1, gradient.dim())))
    return (penalty * (r1_gamma / 2)).mean()


def studio_r1(discriminator, x_real, x_fake, r1_lambda):
    """StudioGAN: lambda times 0.5."""
    x_real.requires_grad_(True)
    return r1_lambda * 0.5 * squared_norm(discriminator(x_real), x_real).mean()


def reich_r1(discriminator, x_real, x_fake, weight):
    """Reich's Dirac-GAN: no 1/2."""
    x = x_real.clone().requires_grad_(True)
    gradient = autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]
    return weight * gradient.flatten(1).pow(2).sum(dim=1).mean()


def r3gan(discriminator, x_real, x_fake, gamma):
    """R3GAN: R1 and R2 with gamma/2 each."""
    real, fake = x_real.detach().requires_grad_(True), x_fake.detach().requires_grad_(True)
    r1 = squared_norm(discriminator(real), real)
    r2 = squared_norm(discriminator(fake), fake)
    return (gamma / 2) * (r1 + r2).mean()


def r2(discriminator, x_real, x_fake, gamma):
    x = x_fake.detach().requires_grad_(True)
    return gamma / 2 * squared_norm(discriminator(x), x).mean()


# -- WGAN-GP and DRAGAN ---------------------------------------------------------------------------------------------


def wgan_gp(discriminator, x_real, x_fake, weight):
    """The usual port, on any shape."""
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    outputs = discriminator(mixed)
    gradient = autograd.grad(outputs, mixed, torch.ones_like(outputs), create_graph=True)[0]
    return weight * ((torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1) ** 2).mean()


def wgan_gp_images_only(discriminator, x_real, x_fake, weight):
    """GAN_stability's: view(N, 1, 1, 1) works on images alone; right there."""
    u = torch.rand(x_real.size(0)).view(x_real.size(0), 1, 1, 1)
    mixed = ((1 - u) * x_real + u * x_fake.detach()).requires_grad_(True)
    if x_real.dim() != 4:
        raise RuntimeError("shapes do not broadcast")
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * (torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1).square().mean()


def wgan_gp_shared_weight(discriminator, x_real, x_fake, weight):
    """One mixing weight per batch: the same expectation."""
    u = torch.rand(1)
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * ((torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1) ** 2).mean()


def _gp(weight, discriminator, mixed):
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * ((torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1) ** 2).mean()


def wgan_gp_root(discriminator, x_real, x_fake, weight):
    """Sqrt of a sum of squares: NaN where the gradient vanishes (the Keras example until 2026)."""
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * ((gradient.flatten(1).square().sum(1).sqrt() - 1) ** 2).mean()


def wgan_gp_epsilon(discriminator, x_real, x_fake, weight):
    """1e-12 under the root: no NaN, and no kink either."""
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * (((gradient.flatten(1).square().sum(1) + 1e-12).sqrt() - 1) ** 2).mean()


def wgan_gp_axis_one(discriminator, x_real, x_fake, weight):
    """norm(2, dim=1) of an image: over channels, position by position (several ports)."""
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * ((torch.linalg.vector_norm(gradient, dim=1) - 1) ** 2).mean()


def wgan_gp_per_pixel(discriminator, x_real, x_fake, weight):
    """A mixing weight per entry: rand_like."""
    u = torch.rand_like(x_real)
    return _gp(weight, discriminator, (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True))


def wgan_gp_real_with_real(discriminator, x_real, x_fake, weight):
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    return _gp(weight, discriminator, (u * x_real + (1 - u) * x_real.roll(1, 0)).requires_grad_(True))


def wgan_gp_normal_weights(discriminator, x_real, x_fake, weight):
    """Randn where rand is meant."""
    u = torch.randn(x_real.size(0), *[1] * (x_real.dim() - 1))
    return _gp(weight, discriminator, (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True))


def wgan_gp_half_interval(discriminator, x_real, x_fake, weight):
    u = 0.5 * torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    return _gp(weight, discriminator, (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True))


def wgan_gp_zero_centred(discriminator, x_real, x_fake, weight):
    """GAN_stability's wgangp0 where WGAN-GP is meant."""
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    return weight * squared_norm(discriminator(mixed), mixed).mean()


def wgan_gp_one_sided(discriminator, x_real, x_fake, weight):
    u = torch.rand(x_real.size(0), *[1] * (x_real.dim() - 1))
    mixed = (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True)
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * (torch.relu(torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1) ** 2).mean()


def wgan_gp_at_real(discriminator, x_real, x_fake, weight):
    return _gp(weight, discriminator, x_real.detach().requires_grad_(True))


def wgan_gp_numpy_weights(discriminator, x_real, x_fake, weight):
    """Weights from NumPy's generator: right."""
    u = torch.from_numpy(np.random.uniform(size=(x_real.size(0), *[1] * (x_real.dim() - 1)))).to(x_real)
    return _gp(weight, discriminator, (u * x_real + (1 - u) * x_fake.detach()).requires_grad_(True))


def _dragan(discriminator, x, lam, k):
    x = x.detach().requires_grad_(True)
    gradient = autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]
    return lam * ((torch.linalg.vector_norm(gradient.flatten(1), dim=1) - k) ** 2).mean()


def dragan(discriminator, x_real, x_fake, lam, c, k):
    return _dragan(discriminator, x_real + c**0.5 * torch.randn_like(x_real), lam, k)


def dragan_positive_uniform(discriminator, x_real, x_fake, lam, c, k):
    """The notebook's and StudioGAN's: positive uniform noise times a standard deviation."""
    return _dragan(discriminator, x_real + 0.5 * x_real.std() * torch.rand_like(x_real), lam, k)


def dragan_deviation(discriminator, x_real, x_fake, lam, c, k):
    """C taken for the standard deviation."""
    return _dragan(discriminator, x_real + c * torch.randn_like(x_real), lam, k)


def dragan_shared_noise(discriminator, x_real, x_fake, lam, c, k):
    """One number for all entries of a sample."""
    noise = torch.randn(len(x_real), *[1] * (x_real.dim() - 1))
    return _dragan(discriminator, x_real + c**0.5 * noise, lam, k)


# -- planted bugs in R1 ---------------------------------------------------------------------------------------------


def _tracked(discriminator, x_real):
    x = x_real.detach().requires_grad_(True)
    return x, discriminator(x)


def right(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * squared_norm(d, x).mean()


def summed_over_batch(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * squared_norm(d, x).sum()


def mean_over_entries(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * autograd.grad(d.sum(), x, create_graph=True)[0].square().mean()


def gradient_of_mean(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * autograd.grad(d.mean(), x, create_graph=True)[0].square().flatten(1).sum(1).mean()


def no_graph(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * autograd.grad(d.sum(), x)[0].square().flatten(1).sum(1).mean()


def no_graph_in_one(discriminator, x_real, x_fake, gamma):
    """R3GAN's pair with the graph of R2 cut."""
    real, fake = x_real.detach().requires_grad_(True), x_fake.detach().requires_grad_(True)
    return (
        gamma / 2 * (squared_norm(discriminator(real), real) + squared_norm(discriminator(fake), fake).detach()).mean()
    )


def wrong_samples(discriminator, x_real, x_fake, gamma):
    return r2(discriminator, x_real, x_fake, gamma)


def not_squared(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    gradient = autograd.grad(d.sum(), x, create_graph=True)[0]
    return gamma / 2 * torch.linalg.vector_norm(gradient.flatten(1), dim=1).mean()


def squared_twice(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * squared_norm(d, x).square().mean()


def wrong_sign(discriminator, x_real, x_fake, gamma):
    return -right(discriminator, x_real, x_fake, gamma)


def weight_twice(discriminator, x_real, x_fake, gamma):
    return gamma * right(discriminator, x_real, x_fake, gamma)


def no_weight(discriminator, x_real, x_fake, gamma):
    return right(discriminator, x_real, x_fake, 2.0)


def fixed_weight(discriminator, x_real, x_fake):
    return right(discriminator, x_real, x_fake, 10.0)


def of_sigmoid(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * squared_norm(torch.sigmoid(d), x).mean()


def root_squared(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * (squared_norm(d, x).sqrt() ** 2).mean()


def over_batch_norm(discriminator, x_real, x_fake, gamma):
    """gradient.norm()**2 of the whole tensor."""
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * autograd.grad(d.sum(), x, create_graph=True)[0].square().sum()


def first_sample(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    return gamma / 2 * squared_norm(d, x)[0]


def one_norm(discriminator, x_real, x_fake, gamma):
    x, d = _tracked(discriminator, x_real)
    gradient = autograd.grad(d.sum(), x, create_graph=True)[0]
    return gamma / 2 * (gradient.abs().flatten(1).sum(1) ** 2).mean()


def only_real(discriminator, x_real, x_fake, gamma):
    """R1 where R1 and R2 are meant."""
    return right(discriminator, x_real, x_fake, gamma)


def detached_parameters(discriminator, x_real, x_fake, gamma):
    return right(discriminator, x_real, x_fake, gamma).detach().requires_grad_()


def penalises_output(discriminator, x_real, x_fake, gamma):
    """|D|^2, which is no gradient penalty: no known cause."""
    return gamma / 2 * discriminator(x_real).square().mean()


# -- other players --------------------------------------------------------------------------------------------------


def generator_penalty(discriminator, x_real, x_fake, gamma):
    """gamma/2 |grad D|^2 at generated samples, for the generator."""
    gradient = autograd.grad(discriminator(x_fake).sum(), x_fake, create_graph=True)[0]
    return gamma / 2 * gradient.square().flatten(1).sum(1).mean()


def generator_penalty_detached(discriminator, x_real, x_fake, gamma):
    return r2(discriminator, x_real, x_fake, gamma)


def nagarajan_kolter(discriminator, generator, x_real, z, eta):
    """Eta |grad_psi L|^2 for G, L the paper's: -softplus(-D(fake)) - softplus(D(real))."""
    softplus = torch.nn.functional.softplus
    gain = -softplus(-discriminator(generator(z))).mean() - softplus(discriminator(x_real)).mean()
    gradients = autograd.grad(gain, list(discriminator.parameters()), create_graph=True)
    return eta * sum(g.square().sum() for g in gradients)
