import type { Phrases } from './texts';

/** What people and the organisation write in Portuguese (of Portugal and Brazil). */
export const portuguese: Phrases = {
  opening: {
    billing_question: [
      'Olá, a minha última fatura veio {amount} mais cara. O que é esta cobrança?',
      'Fui cobrado duas vezes este mês, podem explicar a segunda linha da fatura {order}?',
      'Alguém me pode dizer porque é que o total subiu para {amount}?',
    ],
    payment_failed: [
      'O meu cartão é sempre recusado no vosso site, mas o banco diz que está tudo bem.',
      'O pagamento de {amount} falhou três vezes. O dinheiro saiu da conta ou não?',
    ],
    delivery_status: [
      'Onde está a minha encomenda? O pedido {order} devia ter chegado na terça-feira.',
      'O rastreio do pedido {order} está parado desde sexta.',
      'O estafeta marcou {order} como entregue e não há nada à porta.',
    ],
    order_change: [
      'Ainda posso mudar a morada de entrega do pedido {order}?',
      'Escolhi o tamanho errado no {order}, troquem antes do envio, por favor.',
    ],
    return_refund: [
      'Devolvi o {order} há duas semanas e continuo à espera dos {amount}.',
      'Como faço uma devolução? A etiqueta do site não imprime.',
    ],
    technical_problem: [
      'A internet caiu hoje de manhã e a luz vermelha não para de piscar.',
      'O aplicativo fecha sozinho quando abro a minha conta.',
      'Terceira noite seguida sem ligação.',
    ],
    password_reset: [
      'Não consigo entrar, o e-mail para redefinir a senha nunca chega.',
      'Conta bloqueada depois de três tentativas, ajudem por favor.',
    ],
    plan_upgrade: [
      'Fico sempre sem dados, quanto custa o plano maior?',
      'Há alguma oferta melhor para quem é cliente há seis anos?',
    ],
    new_purchase: [
      'Têm o modelo novo em stock e posso pagar em prestações?',
      'Gostava de acrescentar uma segunda linha para a minha filha.',
    ],
    cancel_contract: [
      'Quero cancelar no fim do mês. O que tenho de fazer?',
      'A concorrência oferece o mesmo por menos {amount}, por isso vou sair.',
    ],
    complaint: [
      'Ninguém me ligou de volta como prometido. É a quarta vez que explico o problema.',
      'Estou muito desiludido com a forma como trataram o pedido {order}.',
    ],
    address_change: [
      'Vamos mudar de casa no dia 15, atualizem a minha morada.',
      'Como altero o endereço para onde vão as faturas?',
    ],
  },
  angry: [
    'Isto é ridículo, estou à espera há uma hora!',
    'O vosso robô não entende uma única palavra.',
    'Não vou repetir tudo outra vez. Quero falar com uma pessoa.',
    'O pior atendimento que já tive.',
  ],
  pleased: [
    'Ótimo, foi rápido. Obrigado!',
    'Perfeito, já funciona.',
    'Obrigada, {name}, ajudou-me imenso.',
    'Excelente, era mesmo isto que eu precisava.',
  ],
  neutral: ['Está bem.', 'Sim, é esse mesmo.', 'O número é {order}.', 'Podem verificar outra vez, por favor?'],
  agent: [
    'Bom dia, estou a ver o pedido {order}.',
    'Obrigado pela paciência. O valor já foi corrigido.',
    'Enviei-lhe o formulário; demora dois minutos.',
    'Compreendo, vou ver o que posso fazer.',
  ],
  bot: [
    'Olá, sou o assistente virtual. Em que posso ajudar?',
    'Não percebi bem. Pode dizer de outra forma?',
    'Aqui está o artigo que responde à maioria das dúvidas.',
  ],
  publicPost: [
    'Mais alguém sem internet esta noite? O apoio não responde.',
    'Duas estrelas: bom produto, pós-venda sem esperança.',
    'Parabéns à equipa que resolveu a minha entrega em dez minutos.',
  ],
  praise: [
    'Adorei a rapidez com que resolveram, muito obrigado!',
    'Senhora muito simpática, resolveu tudo em cinco minutos.',
    'Nada a apontar, o reembolso chegou no dia seguinte.',
    'Ótimo atendimento, volto a comprar com todo o gosto.',
  ],
  criticism: [
    'Estou furioso, nunca me ligaram de volta. Quero o meu dinheiro de volta.',
    'Nada bom. Tive de explicar tudo quatro vezes e continuo sem internet.',
    'O vosso robô não serve para nada, deixem-me falar com uma pessoa!',
    'Tenho pena, mas ao fim de seis anos vou cancelar o contrato.',
    'Estou preocupada porque o cartão foi cobrado duas vezes e ninguém me sabe dizer porquê.',
  ],
};
