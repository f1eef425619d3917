"""Vector fields of the Dirac-GAN as notebooks write them; right and wrong."""

import numpy as np
import torch


def logistic(x):
    return 1 / (1 + np.exp(-x))


def right(theta, psi, gamma):
    s = logistic(-theta * psi)
    return -psi * s, theta * s - gamma * psi


def doubled(theta, psi, gamma):
    s = logistic(-theta * psi)
    return -psi * s, theta * s - 2 * gamma * psi


def swapped(theta, psi, gamma):
    s = logistic(-theta * psi)
    return theta * s - gamma * psi, -psi * s


def wrongarg(theta, psi, gamma):
    return -psi * logistic(theta * psi), theta * logistic(-theta * psi) - gamma * psi


def inboth(theta, psi, gamma):
    s = logistic(-theta * psi)
    return -psi * s - gamma * theta, theta * s - gamma * psi


def step(theta, psi, gamma):
    s = logistic(-theta * psi)
    return theta - 0.1 * psi * s, psi + 0.1 * (theta * s - gamma * psi)


def noreg(theta, psi):
    s = torch.sigmoid(-theta * psi)
    return -psi * s, theta * s


def anyf(theta, psi, gamma, f_prime):
    s = f_prime(theta * psi)
    return -psi * s, theta * s - gamma * psi


def sign(theta, psi, gamma):
    s = logistic(-theta * psi)
    return -psi * s, theta * s + gamma * psi


def noisy(theta, psi, sigma):
    """Instance noise by one draw per call, as a notebook samples it."""
    real, fake = sigma * np.random.randn(1000), sigma * np.random.randn(1000)
    on_fake = theta + fake
    return -np.mean(psi * logistic(-psi * on_fake)), np.mean(on_fake * logistic(-psi * on_fake)) - np.mean(
        real * logistic(psi * real)
    )


def branching(theta, psi):
    """WGAN with a clipped weight's sign: on numbers only."""
    if psi > 0 or psi <= 0:
        return -psi, theta


def consensus(theta, psi, weight):
    """V - weight grad(|v|^2)/2 for the Wasserstein game, where |v|^2 = theta^2 + psi^2."""
    return -psi - weight * theta, theta - weight * psi


def wgan_gp(theta, psi, weight):
    """GAN_stability's notebook: D's penalty weight/2 (|psi| - 1)^2."""
    return -psi, theta - weight * (np.abs(psi) - 1) * np.sign(psi)


def missing_sign(theta, psi, weight):
    return -psi, theta - weight * (np.abs(psi) - 1)


def d_high_on_real(theta, psi, gamma):
    s = logistic(theta * psi)
    return psi * s, -theta * s - gamma * psi


def infinite(theta, psi, gamma):
    return -psi / (theta - theta), theta - gamma * psi


def one_row(theta, psi):
    return theta * psi
