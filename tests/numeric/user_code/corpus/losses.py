"""Pairs of losses as code bases write them, rewritten for these tests; right and wrong. D is high on real samples."""

import torch
from penalties import squared_norm
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import relu, softplus


def standard(discriminator, x_real, x_fake):
    """GAN_stability: BCE with logits, the generator non-saturating."""
    real, fake = discriminator(x_real), discriminator(x_fake.detach())
    loss_d = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
    judged = discriminator(x_fake)
    return loss_d, bce(judged, torch.ones_like(judged))


def standard_by_names(netD, netG, real_img, gen_z):
    fake = netG(gen_z)
    loss_g = softplus(-netD(fake)).mean()
    return {"loss_g": loss_g, "loss_d": softplus(netD(fake.detach())).mean() + softplus(-netD(real_img)).mean()}


def wasserstein(discriminator, x_real, x_fake):
    return discriminator(x_fake.detach()).mean() - discriminator(x_real).mean(), -discriminator(x_fake).mean()


def hinge(discriminator, x_real, x_fake):
    loss_d = relu(1 - discriminator(x_real)).mean() + relu(1 + discriminator(x_fake.detach())).mean()
    return loss_d, -discriminator(x_fake).mean()


def least_squares(discriminator, x_real, x_fake):
    """Targets 1 and 0, halved."""
    loss_d = 0.5 * (discriminator(x_real) - 1).square().mean() + 0.5 * discriminator(x_fake.detach()).square().mean()
    return loss_d, 0.5 * (discriminator(x_fake) - 1).square().mean()


def r3gan(discriminator, x_real, x_fake, gamma):
    """Relativistic pairing with R1 and R2; D high on real."""
    real, fake = x_real.detach().requires_grad_(True), x_fake.detach().requires_grad_(True)
    on_real, on_fake = discriminator(real), discriminator(fake)
    penalty = gamma / 2 * (squared_norm(on_real, real) + squared_norm(on_fake, fake)).mean()
    loss_d = softplus(-(on_real - on_fake)).mean() + penalty
    return loss_d, softplus(-(discriminator(x_fake) - discriminator(x_real))).mean()


def relativistic_average(discriminator, x_real, x_fake, gamma):
    """RaGAN's mean where pairs are meant."""
    real, fake = x_real.detach().requires_grad_(True), x_fake.detach().requires_grad_(True)
    on_real, on_fake = discriminator(real), discriminator(fake)
    penalty = gamma / 2 * (squared_norm(on_real, real) + squared_norm(on_fake, fake)).mean()
    loss_d = softplus(-(on_real - on_fake.mean())).mean() + penalty
    return loss_d, softplus(-(discriminator(x_fake) - discriminator(x_real).mean())).mean()


def instance_noise(discriminator, x_real, x_fake, sigma):
    """Fresh noise for D's and for G's loss."""

    def noisy(x):
        return x + sigma * torch.randn_like(x)

    loss_d = softplus(discriminator(noisy(x_fake.detach()))).mean() + softplus(-discriminator(noisy(x_real))).mean()
    return loss_d, softplus(-discriminator(noisy(x_fake))).mean()


def saturating(discriminator, x_real, x_fake):
    """The minimax generator where the non-saturating one is meant."""
    loss_d = softplus(discriminator(x_fake.detach())).mean() + softplus(-discriminator(x_real)).mean()
    return loss_d, -softplus(discriminator(x_fake)).mean()


def detached_generator(discriminator, x_real, x_fake):
    loss_d = softplus(discriminator(x_fake.detach())).mean() + softplus(-discriminator(x_real)).mean()
    return loss_d, softplus(-discriminator(x_fake.detach())).mean()


def exchanged(discriminator, x_real, x_fake):
    """(loss_g, loss_d)."""
    return standard(discriminator, x_real, x_fake)[::-1]


def halved_real(discriminator, x_real, x_fake):
    loss_d = softplus(discriminator(x_fake.detach())).mean() + 0.5 * softplus(-discriminator(x_real)).mean()
    return loss_d, softplus(-discriminator(x_fake)).mean()


def averaged(discriminator, x_real, x_fake):
    """(real + fake)/2, as many ports have it."""
    loss_d, loss_g = standard(discriminator, x_real, x_fake)
    return loss_d / 2, loss_g


def generator_against_itself(discriminator, x_real, x_fake):
    """G's labels exchanged."""
    loss_d, loss_g = standard(discriminator, x_real, x_fake)
    return loss_d, -loss_g


def labels_in_one_term(discriminator, x_real, x_fake):
    """Both terms call the samples fake."""
    loss_d = softplus(discriminator(x_fake.detach())).mean() + softplus(discriminator(x_real)).mean()
    return loss_d, softplus(-discriminator(x_fake)).mean()


def sigmoid_twice(discriminator, x_real, x_fake):
    """Probabilities where logits are meant."""
    real, fake = torch.sigmoid(discriminator(x_real)), torch.sigmoid(discriminator(x_fake.detach()))
    loss_d = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
    judged = torch.sigmoid(discriminator(x_fake))
    return loss_d, bce(judged, torch.ones_like(judged))
