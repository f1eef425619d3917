"""Code that is nearly right, or right in an unusual way."""

import functools

import numpy as np
import torch
from torch import autograd, nn
from torch.func import grad, vmap
from torch.nn.functional import softplus

print("a message at import")
_OWN = np.random.default_rng(0)


def squares(discriminator, x):
    x = x.detach().requires_grad_(True)
    return autograd.grad(discriminator(x).sum(), x, create_graph=True)[0].square().flatten(1).sum(1)


def gap(discriminator, x, y, weight, u):
    mixed = (u * y.detach() + (1 - u) * x).requires_grad_(True)
    gradient = autograd.grad(discriminator(mixed).sum(), mixed, create_graph=True)[0]
    return weight * ((torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1) ** 2).mean()


def column(x):
    return (len(x),) + (1,) * (x.dim() - 1)


# -- wrong ----------------------------------------------------------------------------------------------------------


def noise_only(theta, psi, gamma):
    x = np.random.randn()
    return 10 * psi * x, 10 * theta * x


def images_normal(netD, x_real, x_fake, weight):
    n, _, _, _ = x_real.shape
    return gap(netD, x_real, x_fake, weight, torch.randn(n, 1, 1, 1))


def narrow_shared(netD, x_real, x_fake, weight):
    return gap(netD, x_real, x_fake, weight, 0.6 * torch.rand(1))


def clamped(netD, x_real, x_fake, weight):
    return gap(netD, x_real, x_fake, weight, torch.rand(column(x_real)).clamp(0.08, 0.92))


def on_a_grid(netD, x_real, x_fake, weight):
    u = (torch.arange(len(x_real)).to(x_real) + 0.5) / len(x_real)
    return gap(netD, x_real, x_fake, weight, u.reshape(column(x_real)))


def same_seed(netD, x_real, x_fake, weight):
    torch.manual_seed(42)
    return gap(netD, x_real, x_fake, weight, torch.rand(column(x_real)))


def wrong_at_small_batches(netD, x_real, x_fake, weight):
    u = torch.rand(column(x_real))
    return gap(netD, x_real, x_fake, weight, u if len(x_real) > 8 else 0.5 + 0.25 * u)


def wrong_at_large_batches(netD, x_real, x_fake, gamma):
    return gamma / 2 * squares(netD, x_real[:16]).sum() / min(len(x_real), 8)


def shared_relativistic_noise(netD, x_real, x_fake, sigma):
    e = sigma * torch.randn_like(x_real)
    loss_d = softplus(netD(x_fake.detach() + e) - netD(x_real + e)).mean()
    return loss_d, softplus(netD(x_real + e) - netD(x_fake + e)).mean()


def clamped_outputs(discriminator, x_real, x_fake):
    def d(x):
        return discriminator(x).clamp(-30, 30)

    return softplus(d(x_fake.detach())).mean() + softplus(-d(x_real)).mean(), softplus(-d(x_fake)).mean()


def clipped_weight(netD, x_real, x_fake, gamma):
    return min(gamma, 20.0) / 2 * squares(netD, x_real).mean()


def exits(netD, x_real, x_fake, gamma):
    raise SystemExit(0)


def clips_parameters(netD, x_real, x_fake, gamma):
    with torch.no_grad():
        for parameter in netD.parameters():
            parameter.clamp_(-0.01, 0.01)
    return gamma / 2 * squares(netD, x_real).mean()


def right(netD, x_real, x_fake, gamma):
    return gamma / 2 * squares(netD, x_real).mean()


fixed_by_partial = functools.partial(right, gamma=3.0)


# -- right ----------------------------------------------------------------------------------------------------------


def by_vmap(netD, x_real, x_fake, gamma):
    gradient = vmap(grad(lambda x: netD(x[None]).squeeze()))(x_real)
    return gamma / 2 * gradient.flatten(1).square().sum(1).mean()


def sample_by_sample(netD, x_real, x_fake, gamma):
    return gamma / 2 * torch.stack([squares(netD, x[None]).sum() for x in x_real]).mean()


def mixed_one_by_one(netD, x_real, x_fake, weight):
    terms = [gap(netD, x[None], y[None], weight, torch.rand(1)) for x, y in zip(x_real, x_fake, strict=True)]
    return torch.stack(terms).mean()


def own_generator(netD, x_real, x_fake, lam, c, k):
    noise = torch.from_numpy(_OWN.standard_normal(tuple(x_real.shape))).to(x_real)
    x = (x_real + c**0.5 * noise).requires_grad_(True)
    gradient = autograd.grad(netD(x).sum(), x, create_graph=True)[0]
    return lam * (torch.linalg.vector_norm(gradient.flatten(1), dim=1) - k).square().mean()


def noise_shared_by_batch(netD, x_real, x_fake, lam, c, k):
    x = (x_real + c**0.5 * torch.randn(x_real.shape[1:])).requires_grad_(True)
    gradient = autograd.grad(netD(x).sum(), x, create_graph=True)[0]
    return lam * (torch.linalg.vector_norm(gradient.flatten(1), dim=1) - k).square().mean()


def with_a_log(netD, x_real, x_fake, weight):
    with torch.no_grad():
        netD(0.5 * x_real + 0.5 * x_fake)
    return gap(netD, x_real, x_fake, weight, torch.rand(column(x_real))), 3.5


def frozen(discriminator, generator, x_real, z):
    fake = generator(z)
    loss_d = softplus(discriminator(fake.detach())).mean() + softplus(-discriminator(x_real)).mean()
    for parameter in discriminator.parameters():
        parameter.requires_grad_(False)
    return loss_d, softplus(-discriminator(fake)).mean()


class Penalty(nn.Module):
    def forward(self, netD, x_real, x_fake, gamma):
        return gamma / 2 * squares(netD, x_real).mean()


module = Penalty()


def positional(netD, x_real, x_fake, gamma, /):
    return gamma / 2 * squares(netD, x_real).mean()


def without_fakes(netD, x_real, gamma):
    return gamma / 2 * squares(netD, x_real).mean()


def in_single_precision(netD, x_real, x_fake, gamma):
    return gamma / 2 * squares(netD, x_real).float().mean()


def leaves_gradients(netD, x_real, x_fake, gamma):
    value = gamma / 2 * squares(netD, x_real).mean()
    value.backward(retain_graph=True)
    return value


def loops(theta, psi, gamma):
    rows = [(-p / (1 + np.exp(t * p)), t / (1 + np.exp(t * p)) - gamma * p) for t, p in zip(theta, psi, strict=True)]
    return [row[0] for row in rows], [row[1] for row in rows]
